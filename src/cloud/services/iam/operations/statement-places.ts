/** A place in a text: lines and columns from 1. */
interface Place {
  readonly Line: number;
  readonly Column: number;
}

/** Where each statement of a policy stands in its text, in their order. */
export const statementPlaces = (
  text: string,
): readonly { readonly start: Place; readonly end: Place }[] => {
  const found: { readonly start: Place; readonly end: Place }[] = [];
  let [line, column, depth] = [1, 0, 0];
  let inText = false;
  let listed = false;
  let lastName = '';
  let word = '';
  let start: Place | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    if (letter === '\n') [line, column] = [line + 1, 0];
    else column += 1;
    if (inText) {
      if (letter === '\\') {
        at += 1;
        column += 1;
      } else if (letter === '"') inText = false;
      else word += letter;
      continue;
    }
    if (letter === '"') [inText, word] = [true, ''];
    else if (letter === ':' && depth === 1) lastName = word;
    else if (letter === '[' && depth === 1 && lastName === 'Statement') listed = true;
    else if (letter === ']' && depth === 1) [listed, lastName] = [false, ''];
    else if (letter === '{') {
      if (depth === 1 && (listed || lastName === 'Statement'))
        start = { Line: line, Column: column };
      depth += 1;
    } else if (letter === '}') {
      depth -= 1;
      if (depth === 1 && start !== undefined) {
        found.push({ start, end: { Line: line, Column: column + 1 } });
        start = undefined;
        if (!listed) lastName = '';
      }
    }
  }
  return found;
};
