import { test } from 'vitest';
import { noPath } from './no-path.ts';

test('leads there', noPath);
