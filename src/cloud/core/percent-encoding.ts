/** Percent-encoding as Signature Version 4 wants it: everything but the unreserved characters of RFC 3986. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** What cannot be decoded stays as it is. */
export const percentDecode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The parameters of a request target's query, decoded, in their order. */
export const queryPairs = (target: string): readonly (readonly [string, string])[] => {
  const at = target.indexOf('?');
  if (at < 0 || at === target.length - 1) return [];
  return target
    .slice(at + 1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const [name, value] =
        equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [
        percentDecode(name.replaceAll('+', ' ')),
        percentDecode(value.replaceAll('+', ' ')),
      ] as const;
    });
};
