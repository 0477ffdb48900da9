/** What goes between a page and the process that drives it, beside plain values. */
export type Crossing =
  /** A function of the process; calling it in the page calls it there. */
  | { readonly $function: number }
  /** A file that the process knows by this key. */
  | { readonly $file: string; readonly name: string }
  /** A Blob that stays in the page. */
  | { readonly $blob: number }
  /** An error of the page, or (by its message) of the process that threw it. */
  | { readonly $error: string }

/** Something to do in the page. Those of one batch are done in one task, in order. */
export type Order =
  | { readonly call: string; readonly id: number; readonly args: readonly unknown[] }
  | { readonly attach: string; readonly id: number; readonly listener: unknown }

/** Something that happened in the page, in the order in which it did. */
export type News =
  | { readonly result: number; readonly value: unknown }
  | { readonly listener: number; readonly value: unknown }

/** The same value with every part that `replace` takes replaced. */
export function crossed(value: unknown, replace: (part: unknown) => unknown): unknown {
  const replaced = replace(value)
  if (replaced !== undefined || value === undefined) return replaced
  if (Array.isArray(value)) return value.map((part) => crossed(part, replace))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, crossed(part, replace)]))
}
