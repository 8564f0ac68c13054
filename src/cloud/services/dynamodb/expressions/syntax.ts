/** What parsing makes of an expression. Placeholders stand as they were written, so that it holds for every request. */

/** A name, a placeholder of one (`#n`), or an index of a list. */
export type RawStep = string | number;

export type RawOperand =
  | { readonly kind: 'path'; readonly steps: readonly RawStep[] }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly RawOperand[] }
  | {
      readonly kind: 'arithmetic';
      readonly operator: '+' | '-';
      readonly left: RawOperand;
      readonly right: RawOperand;
    };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type RawCondition =
  | { readonly kind: 'and' | 'or'; readonly left: RawCondition; readonly right: RawCondition }
  | { readonly kind: 'not'; readonly condition: RawCondition }
  | {
      readonly kind: 'compare';
      readonly operator: Comparator;
      readonly left: RawOperand;
      readonly right: RawOperand;
    }
  | { readonly kind: 'between'; readonly operands: readonly [RawOperand, RawOperand, RawOperand] }
  | { readonly kind: 'in'; readonly operand: RawOperand; readonly options: readonly RawOperand[] }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly RawOperand[] };

type RawPath = Extract<RawOperand, { readonly kind: 'path' }>;

export type UpdateSection = 'SET' | 'REMOVE' | 'ADD' | 'DELETE';

export interface RawUpdateAction {
  readonly section: UpdateSection;
  readonly path: RawPath;
  /** None for REMOVE. */
  readonly operand?: RawOperand;
}

export type { RawPath };
