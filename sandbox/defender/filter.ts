import { QueryError } from './answer.js';

/** The types of the fields that may be filtered on; it decides how a literal must be written. */
export type FieldType = 'string' | 'guid' | 'datetime' | 'number';
export type Fields = Readonly<Record<string, FieldType>>;
export type Predicate = (entity: Readonly<Record<string, unknown>>) => boolean;

interface Token {
  readonly kind: 'word' | 'string' | 'punctuation';
  readonly text: string;
}

const tokenPattern = /\s*(?:'((?:[^']|'')*)'|([(),])|([^\s(),']+))/y;

function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  const text = filter.trimEnd();
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (match === null) throw new QueryError(`There is an unterminated literal at position ${at} in '${text}'.`);
    const [, string, punctuation, word] = match;
    if (string !== undefined) tokens.push({ kind: 'string', text: string.replaceAll("''", "'") });
    else if (punctuation !== undefined) tokens.push({ kind: 'punctuation', text: punctuation });
    else tokens.push({ kind: 'word', text: word ?? '' });
  }
  return tokens;
}

type Order = (compared: number) => boolean;
const operators: Readonly<Record<string, Order>> = {
  eq: (compared) => compared === 0,
  ne: (compared) => compared !== 0,
  ge: (compared) => compared >= 0,
  gt: (compared) => compared > 0,
  le: (compared) => compared <= 0,
  lt: (compared) => compared < 0,
};

const literalPattern: Readonly<Record<Exclude<FieldType, 'string'>, RegExp>> = {
  guid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/,
  number: /^-?\d+(\.\d+)?$/,
};

type Literal = string | number | null;

/** A recursive descent parser of the part of OData's `$filter` that the Defender API takes. */
class Parser {
  #at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly fields: Fields,
  ) {}

  parse(): Predicate {
    const predicate = this.#or();
    if (this.#at < this.tokens.length) throw this.#syntaxError();
    return predicate;
  }

  #or(): Predicate {
    let left = this.#and();
    while (this.#word('or')) {
      const [a, b] = [left, this.#and()];
      left = (entity) => a(entity) || b(entity);
    }
    return left;
  }

  #and(): Predicate {
    let left = this.#term();
    while (this.#word('and')) {
      const [a, b] = [left, this.#term()];
      left = (entity) => a(entity) && b(entity);
    }
    return left;
  }

  #term(): Predicate {
    if (this.#punctuation('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    if (this.#word('startswith')) return this.#startsWith();
    const field = this.#field();
    if (this.#word('in')) return this.#in(field);
    const order = operators[this.#next().text.toLowerCase()];
    if (order === undefined) throw this.#syntaxError();
    const literal = this.#literal(field);
    return (entity) => order(compare(valueOf(entity[field], this.#type(field)), literal));
  }

  #startsWith(): Predicate {
    this.#expect('(');
    const field = this.#field();
    this.#expect(',');
    const prefix = this.#literal(field);
    this.#expect(')');
    return (entity) => {
      const value = entity[field];
      return typeof value === 'string' && typeof prefix === 'string' && value.startsWith(prefix);
    };
  }

  #in(field: string): Predicate {
    this.#expect('(');
    const literals = [this.#literal(field)];
    while (this.#punctuation(',')) literals.push(this.#literal(field));
    this.#expect(')');
    return (entity) => literals.some((literal) => compare(valueOf(entity[field], this.#type(field)), literal) === 0);
  }

  #field(): string {
    const token = this.#next();
    // Microsoft's samples write the names with a capital, every client without: both work.
    const name = token.text.slice(0, 1).toLowerCase() + token.text.slice(1);
    if (token.kind === 'word' && Object.hasOwn(this.fields, name)) return name;
    throw new QueryError(
      `Could not find a property named '${token.text}' that may be used in the query option '$filter'.`,
    );
  }

  #type(field: string): FieldType {
    return this.fields[field] ?? 'string';
  }

  #literal(field: string): Literal {
    const token = this.#next();
    const type = this.#type(field);
    if (token.kind === 'word' && token.text === 'null') return null;
    if (type === 'string' ? token.kind === 'string' : token.kind === 'word' && literalPattern[type].test(token.text)) {
      return valueOf(token.text, type);
    }
    throw new QueryError(
      `A binary operator with incompatible types was detected for the property '${field}' and the literal '${token.text}'.`,
    );
  }

  #next(): Token {
    const token = this.tokens[this.#at];
    if (token === undefined) throw this.#syntaxError();
    this.#at += 1;
    return token;
  }

  #word(word: string): boolean {
    const token = this.tokens[this.#at];
    if (token?.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #punctuation(mark: string): boolean {
    const token = this.tokens[this.#at];
    if (token?.kind !== 'punctuation' || token.text !== mark) return false;
    this.#at += 1;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#punctuation(mark)) throw this.#syntaxError();
  }

  #syntaxError(): QueryError {
    return new QueryError(`Syntax error at position ${this.#at} in '$filter'.`);
  }
}

function valueOf(value: unknown, type: FieldType): Literal {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
  if (type === 'datetime') return Date.parse(text);
  if (type === 'number') return Number(text);
  return type === 'guid' ? text.toLowerCase() : text;
}

/** `NaN` where the two cannot be ordered, which no operator but `ne` accepts. */
function compare(a: Literal, b: Literal): number {
  if (a === b) return 0;
  if (a === null || b === null) return NaN;
  return a < b ? -1 : 1;
}

/** Reads a `$filter`. Throws `QueryError` where the service would answer 400. */
export function parseFilter(filter: string, fields: Fields): Predicate {
  return new Parser(tokenize(filter), fields).parse();
}
