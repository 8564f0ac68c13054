// `npm start`: provisions the Imager onto the embedded cloud, puts photographs into its bucket and shows what became of
// them. With `--once`, or outside a terminal, it ends by itself once it has checked the result.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { provisionOnce } from './provision-once.ts';

const here = import.meta.dirname;
const PHOTOS = ['rocket.jpg', 'chelsea.png'];
const once = process.argv.includes('--once') || process.stdout.isTTY !== true;

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Asks the API until the stamped photograph is there. */
const fetchStamped = async (api: string, key: string): Promise<Buffer> => {
  const until = Date.now() + 30_000;
  for (;;) {
    const answer = await fetch(`${api}/info/${encodeURIComponent(key)}`);
    const body = await answer.text();
    if (!answer.ok) throw new Error(`GET ${api}/info/${key} answered ${answer.status}: ${body}`);
    const { url } = JSON.parse(body) as { readonly url: string };
    const picture = await fetch(url);
    if (picture.ok) {
      say(`  GET /info/${key} → ${body.slice(0, 100)}…`);
      return Buffer.from(await picture.arrayBuffer());
    }
    await picture.arrayBuffer();
    if (Date.now() > until)
      throw new Error(`${key} was not stamped within 30 s: its URL answers ${picture.status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** How much of each half of a picture differs from the other picture, 0 to 1. The stamp is below, to the right. */
const difference = async (before: Buffer, after: Buffer) => {
  const raw = (picture: Buffer) =>
    sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const [one, other] = await Promise.all([raw(before), raw(after)]);
  const { width, height, channels } = one.info;
  if (other.info.width !== width || other.info.height !== height) return { inside: 0, outside: 1 };
  let [inside, outside] = [0, 0];
  const THRESHOLD = 60;
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * channels;
      const apart =
        Math.abs((one.data[at + 1] ?? 0) - (other.data[at + 1] ?? 0)) > THRESHOLD ? 1 : 0;
      if (x >= width - 260 && y >= height - 70) inside += apart;
      else outside += apart;
    }
  return { inside: inside / (260 * 70), outside: outside / (width * height - 260 * 70) };
};

const check = async (name: string, before: Buffer, after: Buffer): Promise<void> => {
  const { inside, outside } = await difference(before, after);
  if (inside < 0.1 || outside > 0.01)
    throw new Error(
      `${name}: the picture is not the photograph with the stamp (changed inside ${inside.toFixed(3)}, outside ${outside.toFixed(3)})`,
    );
};

/** Before and after, side by side. */
const sideBySide = async (before: Buffer, after: Buffer): Promise<Buffer> => {
  const { width, height } = await sharp(before).metadata();
  return sharp({ create: { width: width * 2 + 20, height, channels: 3, background: '#ffffff' } })
    .composite([
      { input: before, left: 0, top: 0 },
      { input: after, left: width + 20, top: 0 },
    ])
    .png()
    .toBuffer();
};

const { endpoint, stop } = await provisionOnce(join(here, 'app.ts'));
try {
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const { Stacks = [] } = await new CloudFormationClient(config).send(
    new DescribeStacksCommand({ StackName: 'Imager' }),
  );
  const outputs = Object.fromEntries(
    (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [
      OutputKey,
      OutputValue,
    ]),
  );
  const api = outputs['ApiUrl'] ?? '';
  const s3 = new S3Client(config);
  mkdirSync(join(here, 'out'), { recursive: true });
  for (const name of PHOTOS) {
    const before = readFileSync(join(here, 'photos', name));
    say(
      `\n${name}: ${Math.round(before.byteLength / 1024)} KB into s3://${outputs['PhotosBucketName']}`,
    );
    await s3.send(
      new PutObjectCommand({ Bucket: outputs['PhotosBucketName'], Key: name, Body: before }),
    );
    const after = await fetchStamped(api, name);
    await check(name, before, after);
    const base = name.replace(/\.\w+$/, '');
    writeFileSync(join(here, 'out', `${base}.png`), await sharp(after).png().toBuffer());
    writeFileSync(join(here, 'out', `${base}-before-after.png`), await sideBySide(before, after));
    say(`  stamped; see examples/imager/out/${base}.png, and ${base}-before-after.png for both`);
  }
  say(`\nThe cloud answers at ${endpoint}, the API at ${api}/info/rocket.jpg`);
  if (!once) {
    say('Ctrl-C ends both.');
    await new Promise((resolve) => process.once('SIGINT', resolve));
  }
} finally {
  await stop();
}
