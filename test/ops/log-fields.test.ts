import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { documentedFields } from './log-fields.js';

/** The fields that a file's log lines name, and the file, as `field file`. */
function fieldsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression;
      const logs = /(?:^|\.)(?:#options\.)?log(?:ger)?$/.test(expression.getText());
      const [fields] = node.arguments;
      if (logs && /^(?:debug|info|warn|error)$/.test(name.text) && fields && ts.isObjectLiteralExpression(fields))
        found.push(...namesIn(fields).map((field) => `${field} ${file}`));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** With those of the literals inside, as in `...(x === undefined ? {} : { x })`, but not of nested values. */
function namesIn(literal: ts.ObjectLiteralExpression): string[] {
  return literal.properties.flatMap((property) => {
    if (!ts.isSpreadAssignment(property)) return [property.name.getText()];
    const inside: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isObjectLiteralExpression(node)) inside.push(...namesIn(node));
      else ts.forEachChild(node, visit);
    };
    visit(property.expression);
    return inside;
  });
}

describe('the fields of the log', () => {
  const files = ['src', 'adapters'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
  const used = files.flatMap(fieldsOf);

  it('that any line names are all documented', () => {
    const known = documentedFields();
    assert.ok(used.length > 40, `${used.length}`);
    assert.deepEqual(
      used.filter((each) => !known.has(each.split(' ')[0] ?? '')),
      [],
    );
  });

  it('that are documented are used, but for those that every line may have and those of a spread', () => {
    const names = new Set(used.map((each) => each.split(' ')[0]));
    const elsewhere = ['level', 'time', 'msg', 'attempt'];
    assert.deepEqual(
      [...documentedFields()].filter((name) => !names.has(name) && !elsewhere.includes(name)),
      [],
    );
  });
});
