// Between a page and the process that drives it go plain values, and in place of what cannot go itself:
// `{ $function }`, of the process: calling it in the page calls it there; `{ $file, name }`, which the page picks;
// `{ $blob }`, which stays in the page; `{ $error }`, by its message.

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
