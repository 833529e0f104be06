import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readCode } from '../src/command/link-code.js';
import { linkCode, requestId } from '../src/ids.js';
import { readId } from '../src/request/request.js';

describe('ids', () => {
  it('are what people can read back', () => {
    for (let count = 0; count < 100; count += 1) {
      const [id, code] = [requestId(randomBytes), linkCode(randomBytes)];
      assert.deepEqual([readId(id), readCode(code)], [id, code]);
    }
  });

  it('take five bits of every random byte', () => {
    const bytes = (size: number) => Uint8Array.from({ length: size }, (_, index) => 255 - index);
    assert.equal(linkCode(bytes), 'ZYXWVTSRQPNM');
    assert.equal(requestId(bytes), 'ZYXWVTSR');
  });
});
