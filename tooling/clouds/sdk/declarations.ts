import { createRequire } from "node:module";
import type ts from "typescript";
import type { Property, ResourceShape, Shape, Structure } from "./shapes";

/** Loaded with the first file: that takes a quarter of a second, and most often everything has been read before. */
let compiler: typeof ts;
const load = createRequire(__filename);

/**
 * Reads declaration files that Pulumi's SDK generator writes. The syntax alone is looked at: every type in them is
 * named from `inputs`, `outputs` or `enums`, so nothing has to be resolved by a type checker.
 */
function parse(text: string): ts.SourceFile {
  compiler ??= load("typescript") as typeof ts;
  return compiler.createSourceFile("sdk.d.ts", text, compiler.ScriptTarget.Latest, false, compiler.ScriptKind.TS);
}

/** Structures of one module's part of `types/input.d.ts`: a namespace, or the top level where there is none. */
export function readStructures(text: string): Record<string, Structure> {
  const source = parse(text);
  const found: Record<string, Structure> = {};
  const visit = (node: ts.Node): void => {
    if (compiler.isInterfaceDeclaration(node)) found[node.name.text] = structureOf(node, source);
    else if (compiler.isModuleDeclaration(node) && node.body) compiler.forEachChild(node.body, visit);
  };
  source.forEachChild(visit);
  return found;
}

/** Enumerations of one module: `export declare const X: {readonly A: "a"}`. */
export function readEnumerations(text: string): Record<string, (string | number)[]> {
  const found: Record<string, (string | number)[]> = {};
  parse(text).forEachChild((node) => {
    if (!compiler.isVariableStatement(node)) return;
    for (const { name, type } of node.declarationList.declarations)
      if (compiler.isIdentifier(name) && type && compiler.isTypeLiteralNode(type))
        found[name.text] = type.members.flatMap((member) => {
          const value = compiler.isPropertySignature(member) && member.type ? literalOf(member.type) : undefined;
          return typeof value === "string" || typeof value === "number" ? [value] : [];
        });
  });
  return found;
}

/** One resource's own file: the class, and the interface of its arguments. */
export function readResource(text: string, className: string): ResourceShape | undefined {
  const source = parse(text);
  let args: Structure | undefined;
  let outputs: ResourceShape["outputs"] = {};
  let importIds: string[] = [];
  source.forEachChild((node) => {
    if (compiler.isInterfaceDeclaration(node) && node.name.text === `${className}Args`)
      args = structureOf(node, source);
    if (compiler.isClassDeclaration(node) && node.name?.text === className) {
      outputs = outputsOf(node);
      importIds = importIdsIn(commentOf(node, source));
    }
  });
  return args && { args, outputs, importIds };
}

function structureOf(node: ts.InterfaceDeclaration, source: ts.SourceFile): Structure {
  const properties: Record<string, Property> = {};
  for (const member of node.members) {
    if (!compiler.isPropertySignature(member) || !member.type) continue;
    const shape = shapeOf(member.type);
    const comment = commentOf(member, source);
    const documented = isText(shape) ? namedValues(comment) : [];
    properties[nameOf(member.name)] = {
      shape,
      optional: member.questionToken !== undefined,
      ...(documented.length > 0 && { documented }),
      ...(replacing.test(comment) && { replaces: true }),
    };
  }
  return { properties };
}

function nameOf(name: ts.PropertyName): string {
  return compiler.isIdentifier(name) || compiler.isStringLiteral(name) ? name.text : "";
}

function outputsOf(node: ts.ClassDeclaration): ResourceShape["outputs"] {
  const found: Record<string, ResourceShape["outputs"][string]> = {};
  for (const member of node.members) {
    if (!compiler.isPropertyDeclaration(member) || !member.type) continue;
    const { kind } = shapeOf(member.type);
    found[nameOf(member.name)] =
      kind === "string" || kind === "number" || kind === "boolean" || kind === "array" ? kind : "other";
  }
  return found;
}

const any: Shape = { kind: "any" };

/** `pulumi.Input<T | undefined>` and `pulumi.Output<T>` are T: whether a property may be left out, its `?` says. */
function shapeOf(type: ts.TypeNode): Shape {
  switch (type.kind) {
    case compiler.SyntaxKind.StringKeyword:
      return { kind: "string" };
    case compiler.SyntaxKind.NumberKeyword:
      return { kind: "number" };
    case compiler.SyntaxKind.BooleanKeyword:
      return { kind: "boolean" };
  }
  if (compiler.isParenthesizedTypeNode(type)) return shapeOf(type.type);
  if (compiler.isArrayTypeNode(type)) return { kind: "array", of: shapeOf(type.elementType) };
  if (compiler.isUnionTypeNode(type)) return unionOf(type.types.filter((each) => !isUndefined(each)).map(shapeOf));
  if (compiler.isTypeLiteralNode(type)) return recordOf(type);
  if (compiler.isTypeReferenceNode(type)) return referredTo(type);
  const value = literalOf(type);
  return value === undefined ? any : { kind: "literal", value };
}

function unionOf(shapes: readonly Shape[]): Shape {
  const [only] = shapes;
  if (!only || shapes.some(({ kind }) => kind === "any")) return any;
  return shapes.length === 1 ? only : { kind: "union", of: shapes };
}

/** `{[key: string]: T}` is the only type that is written in place. */
function recordOf(type: ts.TypeLiteralNode): Shape {
  const [member] = type.members;
  return member && compiler.isIndexSignatureDeclaration(member) ? { kind: "record", of: shapeOf(member.type) } : any;
}

function referredTo({ typeName, typeArguments }: ts.TypeReferenceNode): Shape {
  const path = entityPath(typeName);
  const [first] = typeArguments ?? [];
  const [root = "", second = ""] = path;
  if (root === "pulumi") return first && (second === "Input" || second === "Output") ? shapeOf(first) : any;
  const kind = root === "inputs" ? "structure" : root === "enums" ? "enumeration" : undefined;
  if (!kind) return any;
  return { kind, module: path.slice(1, -1).join("."), name: path.at(-1) ?? "" };
}

function entityPath(name: ts.EntityName): string[] {
  return compiler.isIdentifier(name) ? [name.text] : [...entityPath(name.left), name.right.text];
}

const isUndefined = (type: ts.TypeNode) => type.kind === compiler.SyntaxKind.UndefinedKeyword;

function literalOf(type: ts.TypeNode): string | number | boolean | undefined {
  if (!compiler.isLiteralTypeNode(type)) return undefined;
  const { literal } = type;
  if (compiler.isStringLiteral(literal)) return literal.text;
  if (compiler.isNumericLiteral(literal)) return Number(literal.text);
  if (literal.kind === compiler.SyntaxKind.TrueKeyword) return true;
  return literal.kind === compiler.SyntaxKind.FalseKeyword ? false : undefined;
}

function isText(shape: Shape): boolean {
  return shape.kind === "array" ? isText(shape.of) : shape.kind === "string";
}

function commentOf(node: ts.Node, source: ts.SourceFile): string {
  const [last] = (compiler.getLeadingCommentRanges(source.text, node.pos) ?? []).slice(-1);
  return last ? source.text.slice(last.pos, last.end).replace(/^\s*\*+ ?/gm, "") : "";
}

const replacing =
  /(forces? (a )?new resource|requires? (the )?(resource|instance|cluster) to be (re-?created|replaced))/i;

/** Google's types say `string`; the values are in the description, in capitals. Used for their spelling alone. */
function namedValues(comment: string): string[] {
  const quoted = [...comment.matchAll(/`"?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)"?`/g)].map(([, value = ""]) => value);
  const bare = [...comment.matchAll(/\b(?:values? (?:are|is)|can be|required:)[^.]*/gi)].flatMap(([sentence]) => [
    ...(sentence.match(/\b[A-Z]{3,}(?:_[A-Z0-9]+)*\b/g) ?? []),
  ]);
  return [...new Set([...quoted, ...bare])].filter((value) => value.length > 1);
}

/** `* `projects/{{project}}/...`` under the heading "Import". */
function importIdsIn(comment: string): string[] {
  const [, section = ""] = comment.split(/^## Import$/m);
  return [...section.matchAll(/^\s*\* `([^`]*\{\{[^`]*)`/gm)].map(([, form = ""]) => form);
}
