import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { createHmac256 } from './hmac.ts';
import { createSeededRandom } from './random.ts';

it('is what Node’s own is', () => {
  const random = createSeededRandom(3);
  for (let length = 0; length <= 64; length += 1) {
    const key = random.bytes(length);
    const text = `${random.hex(length * 3)} – ü`;
    expect(createHmac256(key)(text)).toBe(createHmac('sha256', key).update(text).digest('hex'));
  }
});
