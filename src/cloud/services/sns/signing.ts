import type { KeyObject } from 'node:crypto';
import { createPrivateKey, sign } from 'node:crypto';
import type { ServiceContext } from '../../core/define-service.ts';
import { makeKeyPair } from '../../core/key-pair.ts';
import { selfSignedCertificate } from './certificate.ts';
import { stringToSign } from './envelope.ts';
import type { Message, SnsState, Topic } from './state.ts';

type Context = Pick<ServiceContext<SnsState>, 'state' | 'clock' | 'random' | 'endpoint'>;

const TEN_YEARS_MS = 10 * 365 * 86_400_000;
const KEY = 'key';

/** What signs, ready to use. */
export interface Signer {
  readonly privateKey: KeyObject;
  /** PEM. */
  readonly certificate: string;
}

/**
 * The cloud's own key and certificate, made with the first message that is signed.
 * Differs: AWS's certificates come from Amazon's authority; this one vouches for itself. Node's own source of chance makes
 * the key: a seed does not repeat it.
 */
const signerOf = (context: Context): Promise<Signer> => {
  context.state.signer ??= readSigner(context);
  return context.state.signer;
};

const readSigner = async ({ state, clock, random }: Context): Promise<Signer> => {
  const known = state.signing.get(KEY);
  if (known !== undefined)
    return { privateKey: createPrivateKey(known.privateKey), certificate: known.certificate };
  const { privateKey, publicKey } = await makeKeyPair(clock, { kind: 'rsa', bits: 2048 });
  const now = clock.now();
  const certificate = selfSignedCertificate({
    commonName: 'sns.amazonaws.com',
    serialNumber: random.bytes(8),
    from: now,
    until: now + TEN_YEARS_MS,
    publicKey,
    privateKey,
  });
  state.signing.set(KEY, {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate,
  });
  return { privateKey, certificate };
};

/** Makes them before they are needed. */
export const prepareSigner = async (context: Context): Promise<void> => {
  await signerOf(context);
};

export const certificateOf = async (context: Context): Promise<string> =>
  (await signerOf(context)).certificate;

/** SHA-1 unless the topic asks for SHA-256. https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html */
export const withSignature = async (
  context: Context,
  topic: Pick<Topic, 'attributes'> | undefined,
  message: Message,
): Promise<Message> => {
  // AWS does not sign messages of FIFO topics, as recorded by LocalStack's snapshot tests.
  if (message.sequenceNumber !== undefined) return message;
  const { privateKey } = await signerOf(context);
  const version = topic?.attributes['SignatureVersion'] === '2' ? '2' : '1';
  const text = Buffer.from(stringToSign(message, context));
  const value = sign(version === '1' ? 'sha1' : 'sha256', text, privateKey).toString('base64');
  return { ...message, signature: { version, value } };
};
