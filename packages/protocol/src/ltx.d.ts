declare module 'ltx' {
  export function createElement(
    name: string,
    attrs?: Record<string, string | number | undefined> | null,
    ...children: unknown[]
  ): unknown
}
