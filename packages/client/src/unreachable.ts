/** Nobody answered, or the answer got lost. Whether the request took effect is unknown; it may be repeated. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}
