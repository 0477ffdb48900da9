/** Two people, one file, and everything that can go wrong on its way. */
export function Tour() {
  return <h1>A file that always arrives</h1>
}
