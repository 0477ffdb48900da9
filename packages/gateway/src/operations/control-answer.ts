/** The lines that answer a command: any number of `print`, then one of the others. */
export type ControlAnswer =
  | { readonly print: string }
  /** False: it was done, and found something wrong. */
  | { readonly done: boolean }
  | { readonly failure: string }
