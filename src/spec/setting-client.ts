/** Reads a parameter or a secret; what was read is kept for a time. */
export interface SettingReader {
  /** Name of the parameter, or name or ARN of the secret, for the raw SDK. */
  readonly settingName: string;
  /** The value as text. */
  get(): Promise<string>;
  /** The value read as JSON. */
  json<T = unknown>(): Promise<T>;
}

/** How a setting is read. */
export interface ReadOptions {
  /** Seconds that a value is kept; 0 reads it each time. @defaultValue 300 */
  readonly maxAge?: number;
}
