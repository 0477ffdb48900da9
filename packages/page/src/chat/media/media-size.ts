const LIMIT = 320
const LEAST = 120

/** How large an image or a video is shown: CSS pixels, in its own proportions. Absent when those are unknown. */
export function shownSize({ width, height }: { width?: number | undefined; height?: number | undefined }) {
  if (!width || !height) return undefined
  const scale = Math.min(1, LIMIT / Math.max(width, height))
  return { width: Math.max(LEAST, Math.round(width * scale)), aspectRatio: `${width} / ${height}` }
}
