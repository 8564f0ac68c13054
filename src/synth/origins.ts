import type { TemplateBuilder, Unchecked } from './builder.ts';
import { place } from './builder.ts';

/** What a resource of a template comes from. */
export interface Origin {
  /** `app.ts:12` */
  readonly at?: string;
  /** Properties that `adjust` states: each with its own place. */
  readonly adjusted?: ReadonlyMap<string, string>;
  /** What of it is not held to AWS's schemas. */
  readonly unchecked?: Unchecked;
}

/** Where a template and its resources are declared: what the template itself does not tell. */
export interface Origins {
  /** `app.ts:30`, where the service is put together. */
  readonly service?: string;
  /** By logical id. */
  readonly resources: ReadonlyMap<string, Origin>;
}

export const originsOf = (builder: TemplateBuilder): Origins => {
  const service = place(builder.service.declaredAt);
  return {
    ...(service === undefined ? {} : { service }),
    resources: new Map(
      [...builder.resources.keys()].map((id) => {
        const at = place(builder.declaredAt(id));
        const unchecked = builder.uncheckedOf(id);
        const adjusted = builder.adjustmentsOf(id);
        return [
          id,
          {
            ...(at === undefined ? {} : { at }),
            ...(adjusted.size === 0
              ? {}
              : {
                  adjusted: new Map(
                    [...adjusted].map(([name, where]) => [name, place(where) ?? '']),
                  ),
                }),
            ...(unchecked === undefined ? {} : { unchecked }),
          },
        ];
      }),
    ),
  };
};
