import type { Appearance, MediaKind } from '@sluice/protocol'
import type { FileSource } from '../transfers/file-source.ts'

/** An image of its own that is to be uploaded beside the file. */
export interface PreviewImage {
  readonly blob: Blob
  /** Pixels. */
  readonly width: number
  readonly height: number
}

/** What was seen of a file. */
export interface Look {
  readonly appearance: Appearance
  readonly preview?: PreviewImage | undefined
}

/** How images, audio and video are looked at and cleaned before they are sent; a port, loaded when it is needed. */
export interface MediaCare {
  /** See stripLocation. */
  stripLocation(source: FileSource): Promise<FileSource>
  /**
   * Looks at an image, audio or video without changing it; what cannot be told is left out. Rejects with FileMissing,
   * or with the signal's reason.
   */
  look(source: FileSource, how: { kind: MediaKind; signal: AbortSignal }): Promise<Look>
}

/** Loads it. Rejects with Unreachable when it cannot be loaded now. */
export type LoadMediaCare = () => Promise<MediaCare>
