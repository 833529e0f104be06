import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleClient, type Bundle } from '../../../sandbox/page/bundle.js';

const client = fileURLToPath(new URL('../../../../sandbox/page/client/', import.meta.url));

describe('the bundle of the page', function () {
  this.timeout(30_000);
  let bundle: Bundle;
  before(async () => {
    bundle = await bundleClient();
  });

  it('is one script and one style, with nothing left to import', () => {
    assert.ok(bundle.js.length > 100_000);
    assert.doesNotMatch(bundle.js, /^import |\bimport\("|\brequire\("/m);
    assert.doesNotMatch(bundle.css, /@import|url\(\s*["']?(?!data:)/);
  });

  it('needs no code that the content security policy forbids', () => {
    assert.doesNotMatch(bundle.js, /\beval\(|new Function\(/);
  });

  it("fetches nothing but the page's own address; what a library could fetch is a video's preview, which cards have not", () => {
    const fetched = [...bundle.js.matchAll(/\bfetch\(([^)]*)\)?/g)].map(([, address]) => String(address));
    assert.equal(fetched.filter((address) => address.startsWith('"/act"')).length, 1);
    assert.ok(fetched.length <= 3, fetched.join('; '));
    assert.match(bundle.js, /\.unregister\("Media"\)/);
  });

  it('has the styles of slack-blocks-to-jsx by class, because an id may occur once', () => {
    assert.doesNotMatch(bundle.css, /#slack_blocks_to_jsx/);
    assert.match(bundle.css, /\.slack_blocks_to_jsx/);
  });

  it("names no outside address in the page's own sources", async () => {
    const files = await readdir(client, { recursive: true, withFileTypes: true });
    for (const file of files.filter((each) => each.isFile())) {
      const text = await readFile(join(file.parentPath, file.name), 'utf8');
      assert.doesNotMatch(text, /https?:\/\/[a-z]|dangerouslySetInnerHTML|innerHTML\s*=/i, file.name);
    }
  });
});
