import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** `from` may not import anything whose path matches `patterns`; keeps the dependency direction of ARCHITECTURE.md. */
const layer = (files, group, message, ignores = []) => ({
  files,
  ignores,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
});

const platformSdks = ['@slack/*', 'botbuilder', 'botbuilder-*', 'botframework-*'];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.stryker-tmp/'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-syntax': ['error', { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' }],
    },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
  { files: ['bin/**', 'native/**'], languageOptions: { globals: { process: 'readonly', URL: 'readonly' } } },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  layer(['src/**'], ['**/adapters/**', '**/sandbox/**', ...platformSdks], 'The core imports no chat platform.', [
    'src/{main,cli}.ts',
  ]),
  layer(
    ['src/{main,cli}.ts'],
    ['**/sandbox/**', ...platformSdks],
    'A composition root names adapters, never their SDKs.',
  ),
  layer(
    ['adapters/slack/**'],
    ['**/teams/**', '**/sandbox/**', 'botbuilder', 'botbuilder-*', 'botframework-*'],
    'An adapter knows one platform.',
  ),
  layer(['adapters/teams/**'], ['**/slack/**', '**/sandbox/**', '@slack/*'], 'An adapter knows one platform.'),
  {
    files: ['src/{command,request,policy,people,view}/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'The clock is passed in.' },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The clock is passed in.' },
        { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Chance is passed in.' },
      ],
    },
  },
);
