import type { HttpRequest } from '../../src/index.ts';

export const handler = async ({ params }: HttpRequest<'/lazy/{id}'>) => ({ id: params.id });
