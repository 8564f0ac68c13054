import { isShapedLike, type Trim } from './trim.ts';

const PARSER = 'await import("bowser")';

/**
 * The parser of browsers' user agents (bowser, 34 KB), which a bundler packs for Node too. Without a `window` the
 * original never calls it, so nothing differs.
 */
export const userAgent: Trim = {
  name: 'sdk-user-agent',
  filter: /[\\/]@aws-sdk[\\/]core[\\/]dist-es[\\/].*[\\/]createUserAgentStringParsingProvider\.js$/,
  lean: (source) =>
    isShapedLike(source, {
      exports: ['createUserAgentStringParsingProvider'],
      mentions: [PARSER, 'typeof window !== "undefined"'],
    })
      ? source.replace(PARSER, '{ parse: () => undefined }')
      : undefined,
};
