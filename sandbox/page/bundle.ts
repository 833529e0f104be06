import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

export interface Bundle {
  readonly js: string;
  readonly css: string;
}

// The client is not compiled with the rest: this file runs from dist/sandbox/page.
const entry = fileURLToPath(new URL('../../../sandbox/page/client/main.tsx', import.meta.url));

/** The page's script and style, everything in them. Rejects where the client does not build. */
export async function bundleClient(): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    outdir: '/',
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [classInsteadOfId],
  });
  const textOf = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { js: textOf('.js'), css: textOf('.css') };
}

/**
 * slack-blocks-to-jsx styles everything below its one id, and wears that id once a message; a class may occur twice. It is named three
 * times to outweigh the library's own resets, as the id did.
 */
const classInsteadOfId: Plugin = {
  name: 'class instead of id',
  setup(building) {
    building.onLoad({ filter: /slack-blocks-to-jsx\/dist\/style\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('#slack_blocks_to_jsx', '.slack_blocks_to_jsx'.repeat(3)),
      loader: 'css',
    }));
  },
};
