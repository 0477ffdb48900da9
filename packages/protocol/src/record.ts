import type { Field } from './field.ts'
import { malformed } from './malformed.ts'
import type { XmlElement } from './xml.ts'

interface Entry<T> {
  /** Name of the XML attribute; in JSON the property's own name is used. */
  readonly attribute: string
  readonly field: Field<T>
  readonly optional: boolean
}

/** A flat value as attributes of an element and as a JSON object: one table for both wires. */
export type RecordShape<T> = { readonly [K in keyof T]-?: Entry<Exclude<T[K], undefined>> }

export function required<T>(attribute: string, field: Field<T>): Entry<T> {
  return { attribute, field, optional: false }
}

export function optional<T>(attribute: string, field: Field<T>): Entry<T> {
  return { attribute, field, optional: true }
}

/** What the shape names and the value has. */
function present<T extends object>(
  shape: RecordShape<T>,
  value: T,
): [property: keyof T & string, held: unknown][] {
  return (Object.keys(shape) as (keyof T & string)[]).flatMap((property) =>
    value[property] === undefined ? [] : [[property, value[property]]],
  )
}

function spelled(held: unknown): string {
  return held instanceof Date ? held.toISOString() : String(held)
}

export function toAttributes<T extends object>(shape: RecordShape<T>, value: T): Record<string, string> {
  return Object.fromEntries(
    present(shape, value).map(([property, held]) => [shape[property].attribute, spelled(held)]),
  )
}

export function toJson<T extends object>(shape: RecordShape<T>, value: T): Record<string, string | number> {
  return Object.fromEntries(
    present(shape, value).map(([property, held]) => [
      property,
      typeof held === 'number' ? held : spelled(held),
    ]),
  )
}

/** Reads the attributes that the shape names, and no other. Throws Refusal. */
export function fromAttributes<T extends object>(shape: RecordShape<T>, element: XmlElement): T {
  return read(
    shape,
    ({ attribute }) => element.attrs[attribute],
    (entry) => entry.attribute,
  )
}

/** Reads the properties that the shape names, and no other. Throws Refusal. */
export function fromJson<T extends object>(shape: RecordShape<T>, body: unknown): T {
  if (typeof body !== 'object' || body === null) throw malformed('the body', 'a JSON object')
  const properties = body as Record<string, unknown>
  return read(
    shape,
    ({ field }, property) => {
      const held = Object.hasOwn(properties, property) ? properties[property] : undefined
      if (held === undefined) return undefined
      if (typeof held !== field.json) throw malformed(property, `a ${field.json}`)
      return String(held)
    },
    (_, property) => property,
  )
}

function read<T extends object>(
  shape: RecordShape<T>,
  textOf: (entry: Entry<unknown>, property: string) => string | undefined,
  nameOf: (entry: Entry<unknown>, property: string) => string,
): T {
  const result: Record<string, unknown> = {}
  for (const [property, entry] of Object.entries<Entry<unknown>>(shape)) {
    const text = textOf(entry, property)
    if (text !== undefined) result[property] = entry.field.parse(text, nameOf(entry, property))
    else if (!entry.optional) throw malformed(nameOf(entry, property), 'present')
  }
  return result as T
}
