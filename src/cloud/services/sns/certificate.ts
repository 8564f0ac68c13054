import type { KeyObject } from 'node:crypto';
import { sign } from 'node:crypto';

/** DER: a tag, a length, and what is inside. https://www.itu.int/rec/T-REC-X.690 */
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 128
      ? [length]
      : length < 256
        ? [0x81, length]
        : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const utf8 = (text: string) => der(0x0c, Buffer.from(text));
const NULL = der(0x05);

/** sha256WithRSAEncryption, 1.2.840.113549.1.1.11 */
const SHA256_WITH_RSA = sequence(objectId('2a864886f70d01010b'), NULL);
/** commonName, 2.5.4.3 */
const COMMON_NAME = objectId('550403');

const named = (commonName: string) => sequence(der(0x31, sequence(COMMON_NAME, utf8(commonName))));

/** UTCTime ends with 2049; what is later is GeneralizedTime. https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5 */
const time = (at: number) => {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  return text < '2050' ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
};

/** Who signed, for whom, how long. Times are milliseconds since the epoch. */
export interface CertificateFacts {
  readonly commonName: string;
  readonly serialNumber: Uint8Array;
  readonly from: number;
  readonly until: number;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A certificate that signs itself, in PEM. Node reads certificates and makes none. https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
export const selfSignedCertificate = (facts: CertificateFacts): string => {
  const name = named(facts.commonName);
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    // A leading zero keeps it positive.
    der(0x02, Buffer.from([0x01]), facts.serialNumber),
    SHA256_WITH_RSA,
    name,
    sequence(time(facts.from), time(facts.until)),
    name,
    facts.publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', body, facts.privateKey);
  const whole = sequence(body, SHA256_WITH_RSA, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').replace(/(.{64})(?=.)/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
};
