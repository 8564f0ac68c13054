const STAR = 42;
const QUESTION = 63;

/**
 * Stand-ins for a `*` and a `?` that mean themselves: from `${*}` and `${?}`, or from the value of a policy
 * variable. Both are Unicode noncharacters, which AWS accepts in no policy.
 */
const LITERAL_STAR = 0xfffe;
const LITERAL_QUESTION = 0xffff;

/** Tells whether a text matches. */
export type TextMatcher = (text: string) => boolean;

/** The text with every `*` and `?` made to mean itself. */
export function escapeWildcards(text: string): string {
  if (!text.includes('*') && !text.includes('?')) return text;
  return text
    .replaceAll('*', String.fromCharCode(LITERAL_STAR))
    .replaceAll('?', String.fromCharCode(LITERAL_QUESTION));
}

/**
 * Whether `text` fits `pattern`, in which `*` stands for any text and `?` for one character.
 * In time proportional to both lengths' product at most, so that no policy can stall the cloud.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let retryPattern = -1;
  let retryText = 0;
  while (t < text.length) {
    const want = p < pattern.length ? pattern.charCodeAt(p) : -1;
    if (want === STAR) {
      retryPattern = ++p;
      retryText = t;
    } else if (want === QUESTION || isSame(want, text.charCodeAt(t))) {
      p++;
      t++;
    } else if (retryPattern !== -1) {
      p = retryPattern;
      t = ++retryText;
    } else {
      return false;
    }
  }
  while (p < pattern.length && pattern.charCodeAt(p) === STAR) p++;
  return p === pattern.length;
}

function isSame(want: number, is: number): boolean {
  if (want === LITERAL_STAR) return is === STAR;
  if (want === LITERAL_QUESTION) return is === QUESTION;
  return want === is;
}

/** A matcher for one pattern: a plain comparison where that will do. */
export function compileWildcard(pattern: string): TextMatcher {
  const first = pattern.indexOf('*');
  const plain = !pattern.includes('?') && !hasEscapes(pattern);
  if (plain && first === -1) return (text) => text === pattern;
  if (plain && first === pattern.lastIndexOf('*')) {
    const head = pattern.slice(0, first);
    const tail = pattern.slice(first + 1);
    if (head === '' && tail === '') return () => true;
    if (tail === '') return (text) => text.startsWith(head);
    if (head === '') return (text) => text.endsWith(tail);
    const least = head.length + tail.length;
    return (text) => text.length >= least && text.startsWith(head) && text.endsWith(tail);
  }
  return (text) => matchesWildcard(pattern, text);
}

function hasEscapes(pattern: string): boolean {
  return pattern.includes('\ufffe') || pattern.includes('\uffff');
}

/** A matcher that accepts what any of the patterns accepts: plain texts are looked up, not tried in turn. */
export function compileWildcards(patterns: readonly string[]): TextMatcher {
  const exact = new Set<string>();
  const others: TextMatcher[] = [];
  for (const pattern of patterns) {
    if (pattern === '*') return () => true;
    if (/[*?\ufffe\uffff]/.test(pattern)) others.push(compileWildcard(pattern));
    else exact.add(pattern);
  }
  const [only] = exact;
  if (others.length === 0 && exact.size === 1) return (text) => text === only;
  if (others.length === 0) return (text) => exact.has(text);
  const [first] = others;
  if (exact.size === 0 && others.length === 1 && first !== undefined) return first;
  return (text) => {
    if (exact.has(text)) return true;
    for (const matches of others) if (matches(text)) return true;
    return false;
  };
}
