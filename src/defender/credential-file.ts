import { systemCode } from '../network.js';
import { CordonError } from '../errors.js';

export type ReadFile = (path: string) => Promise<Uint8Array>;

/** Throws `CordonError` code `credential_file`, which names the setting and not the path: the text is read in chats, too. */
export async function readCredentialFile(
  setting: string,
  path: string,
  readFile: ReadFile,
  hint = '',
): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (thrown) {
    const why = `the file of ${setting} ${reason(systemCode(thrown))}${hint === '' ? '' : `: ${hint}`}`;
    throw new CordonError('credential_file', `${why} (${path})`, {
      cause: thrown,
      userText: `Cordon cannot sign in to Entra: ${why}.`,
    });
  }
}

function reason(code: string | undefined): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'is not there';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by the user that Cordon runs as';
    case 'EISDIR':
      return 'is a folder';
    default:
      return `cannot be read${code === undefined ? '' : ` (${code})`}`;
  }
}
