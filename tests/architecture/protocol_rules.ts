import { isTestPath, lineAt, type Module, type SourceTree } from "./module_graph.ts";
import { matchesAny, type PathPattern } from "./path_pattern.ts";

/** The text that comments call PROTOCOL. */
export const PROTOCOL_PATH = "core/protocol/README.md";

/** Words in quotes that are TypeScript's, Web Crypto's or a parser's own, and on no wire. */
const NO_WIRE_WORDS: ReadonlySet<string> = new Set([
  "bad",
  "base64url",
  "boolean",
  "number",
  "object",
  "string",
]);

/** What speaks on the wire. */
const SERVICE_FILES: readonly PathPattern[] = ["{core,auth,game,status-worker}/**"];

/** A word as the wire has them. */
const WIRE_WORD = /^[a-z][a-z0-9]*(?:[_.:][a-z0-9]+)*$/;

/** What has words before a value, as keys and subjects do: `match:{}:epoch`. */
const WIRE_PATTERN = /^[a-z_]+(?:[.:](?:[a-z_]+|\{\}))*[.:]\{\}(?:[.:](?:[a-z_]+|\{\}))*$/;

/** Outside `core/protocol`: what is put where others read it by that name. */
const NAMED_WORDS: readonly RegExp[] = [
  /\bevent_type: "(\w+)"/g,
  /\bencodeHead\("(\w+)"/g,
  /\bSAMPLE_KINDS = \["(\w+)", "(\w+)"\]/g,
  /\bkind: "((?:room|player)_(?:created|joined|left|filled|closed))"/g,
  /\b\w*(?:_KEY|_SUBJECT|_QUEUE|_EXCHANGE|TOPIC|GROUP) = "([\w.:]+)"/g,
];

/** In the one file that writes the events of auth, through a method of its own. */
const AUTH_EVENTS_PATH = "auth/auth_events.ts";
const AUTH_EVENT = /#write\("(\w+)"/g;

/** A function that makes a key, a subject or the name of a queue, with its text. */
const NAMING_FUNCTION =
  /\bfunction \w*(?:[kK]ey|keyOf|[sS]ubject|subjectOf|Queue)\w*\([^)]*\)[^{]*\{[^`}]*`([^`]*)`/g;

/** Event types, queues, subjects, keys and other words of the wire that PROTOCOL does not name. */
export function findUnnamedWords(tree: SourceTree): string[] {
  const named = namesOf(tree.sources.get(PROTOCOL_PATH) ?? "");
  const violations: string[] = [];
  for (const module of tree.modules.values()) {
    if (!matchesAny(module.path, SERVICE_FILES) || isTestPath(module.path)) continue;
    // What a page keeps, it keeps for itself.
    if (module.path.startsWith("game/web/")) continue;
    const isProtocol = module.path.startsWith("core/protocol/");
    const words = isProtocol ? literalsOf(module) : namedWordsOf(module);
    for (const word of new Set(words)) {
      if (!named(word)) {
        violations.push(`${module.path} says ${word}, which PROTOCOL does not name`);
      }
    }
  }
  return violations;
}

/** Comments that refer to a section of PROTOCOL which is not there. */
export function findUnknownSections(tree: SourceTree): string[] {
  const readme = tree.sources.get(PROTOCOL_PATH) ?? "";
  const known = new Set([...readme.matchAll(/^## (\d+)\. /gm)].map(([, number]) => number));
  const violations: string[] = [];
  for (const { path, text, comments } of tree.modules.values()) {
    for (const comment of comments) {
      for (const number of sectionsIn(comment.text)) {
        if (known.has(number)) continue;
        const line = lineAt(text, comment.offset);
        violations.push(`${path}:${line} names PROTOCOL section ${number}, which is not there`);
      }
    }
  }
  return violations;
}

function sectionsIn(comment: string): string[] {
  const references = comment.matchAll(
    /PROTOCOL[\s*/]+sections?[\s*/]+(\d+)(?:[\s*/]+and[\s*/]+(\d+))?/g,
  );
  return [...references].flatMap(([, one, other]) => [one, other])
    .filter((number) => number !== undefined);
}

/** Says whether a text has a word, or a word with `{}` for each value, within what it has as code. */
function namesOf(readme: string): (word: string) => boolean {
  const spans = [...readme.matchAll(/`([^`]+)`/g)].map(([, span]) => span ?? "");
  const code = spans.join("\n").replaceAll(/\{\w+\}|<\w+>/g, "{}");
  return (word) => {
    const escaped = word.replaceAll(/[.{}]/g, (sign) => `\\${sign}`);
    return new RegExp(`(?<![\\w.:}])${escaped}(?![\\w{])(?![.:][\\w{])`).test(code);
  };
}

/** Each word and each pattern that stands in a module in quotes. */
function literalsOf({ text, code }: Module): string[] {
  const quoted = [...code.matchAll(/"( +)"/g)].map(({ index, 1: inside = "" }) =>
    text.slice(index + 1, index + 1 + inside.length)
  );
  const templates = [...code.matchAll(/`[^`]*`/g)].map(({ 0: template, index }) =>
    patternOf(text.slice(index + 1, index + template.length - 1))
  );
  return [
    ...quoted.filter((word) => WIRE_WORD.test(word) && !NO_WIRE_WORDS.has(word)),
    ...templates.filter((pattern) => WIRE_PATTERN.test(pattern)),
  ];
}

function namedWordsOf({ path, text }: Module): string[] {
  const expressions = path === AUTH_EVENTS_PATH ? [...NAMED_WORDS, AUTH_EVENT] : NAMED_WORDS;
  const words = expressions.flatMap((expression) =>
    [...text.matchAll(expression)].flatMap(([, ...found]) => found)
  );
  const patterns = [...text.matchAll(NAMING_FUNCTION)].map(([, template = ""]) =>
    patternOf(template)
  );
  return [...words, ...patterns.filter((pattern) => WIRE_PATTERN.test(pattern))];
}

/** A template with `{}` for each value. */
function patternOf(template: string): string {
  return template.replaceAll(/\$\{[^}]*\}/g, "{}");
}
