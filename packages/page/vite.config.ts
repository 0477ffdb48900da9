import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { compressed } from './compressed.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Vite asks for a default export.
// biome-ignore lint/style/noDefaultExport: that is where vite looks
export default defineConfig({
  root: here('.'),
  // The gateway may be reached under a path of a proxy.
  base: './',
  resolve: {
    conditions: ['@sluice/source', 'module', 'browser', 'production'],
    alias: { 'react-dom': 'preact/compat', react: 'preact/compat' },
    dedupe: ['preact'],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: here('../gateway/page'),
    emptyOutDir: true,
    target: 'es2022',
    // The gateway's Content-Security-Policy lets nothing come from a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  plugins: [compressed()],
})
