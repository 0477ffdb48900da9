declare module 'ltx/lib/createElement.js' {
  export default function createElement(
    name: string,
    attrs?: Record<string, string | number | undefined> | null,
    ...children: unknown[]
  ): unknown
}
