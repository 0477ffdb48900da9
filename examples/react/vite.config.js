// biome-ignore lint/style/noDefaultExport: that is where vite looks
export default {
  root: import.meta.dirname,
  base: './',
  // In this repository the SDK is taken from its sources; elsewhere nothing has this condition.
  resolve: { conditions: ['@sluice/source', 'module', 'browser', 'development|production'] },
  build: { target: 'es2022' },
}
