import ts from 'typescript'

/** What the SDK exports, by name; what each export has, as docs/sdk.md writes it. */
export type Surface = ReadonlyMap<string, SurfaceEntry>

export interface SurfaceEntry {
  /**
   * Fields, `nested.fields`, and `methods(with, their?, parameters)`; of a union of texts each of them. Of what is exported under
   * two names the second one has none.
   */
  readonly members: readonly string[]
}

/** Reads what the module exports from its types. */
export function readSurface(program: ts.Program, file: string): Surface {
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(file)
  const module = source && checker.getSymbolAtLocation(source)
  if (!module) throw new Error(`${file} exports nothing`)
  const exported = checker.getExportsOfModule(module)
  const names = new Set(exported.map(({ name }) => name))
  return new Map(
    exported.map((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      const isSecondName = symbol.name !== target.name && names.has(target.name)
      return [symbol.name, { members: isSecondName ? [] : membersOf(target, checker) }]
    }),
  )
}

/** Functions and constants have the members of their types, which are exported under names of their own. */
function membersOf(symbol: ts.Symbol, checker: ts.TypeChecker): string[] {
  if (!(symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class)))
    return []
  const declarations = symbol.declarations ?? []
  const type = checker.getDeclaredTypeOfSymbol(symbol)
  const parts = type.isUnion() ? type.types : [type]
  if (parts.every((part) => part.isStringLiteral())) return parts.map((part) => String(part.value))
  // What is inherited from another type is described there, be it ours or TypeScript's.
  return propertiesWithin(type, declarations).flatMap((property) => spelled(property, checker))
}

function propertiesWithin(type: ts.Type, declarations: readonly ts.Declaration[]): ts.Symbol[] {
  const isOwn = (node: ts.Declaration) =>
    declarations.some(
      (outer) =>
        outer.getSourceFile() === node.getSourceFile() && outer.pos <= node.pos && node.end <= outer.end,
    )
  return type
    .getProperties()
    .filter(({ name, declarations }) => !/^#|^__/.test(name) && declarations?.some(isOwn))
}

function spelled(property: ts.Symbol, checker: ts.TypeChecker): string[] {
  const declaration = property.valueDeclaration
  if (declaration && (ts.isMethodSignature(declaration) || ts.isMethodDeclaration(declaration)))
    return [`${property.name}(${declaration.parameters.map(parameter).join(', ')})`]
  if (declaration && ts.isPropertySignature(declaration) && declaration.type) {
    const inner = declaration.type
    if (ts.isTypeLiteralNode(inner))
      return propertiesWithin(checker.getTypeFromTypeNode(inner), [inner]).flatMap((nested) =>
        spelled(nested, checker).map((name) => `${property.name}.${name}`),
      )
  }
  return [property.name]
}

/** Its name; of an object that is described right there, its fields. */
function parameter({ name, type, questionToken }: ts.ParameterDeclaration): string {
  const optional = questionToken ? '?' : ''
  if (!type || !ts.isTypeLiteralNode(type)) return `${name.getText()}${optional}`
  const fields = type.members.map((field) => `${field.name?.getText()}${field.questionToken ? '?' : ''}`)
  return `{ ${fields.join(', ')} }${optional}`
}
