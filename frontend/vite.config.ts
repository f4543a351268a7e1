import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// Everything the page needs lands in dist/assets, flat and named by content, so that one
// route can serve it for ever. Nothing is inlined: fonts and the worker stay files of their own.
export default defineConfig({
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: 'true', // Element Plus has parts written that way
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1400,
  },
  server: {
    // `npm run dev` shows the pages of this folder on the data of a running sitmap.
    proxy: Object.fromEntries(
      ['/api', '/catalog', '/tiles', '/styles', '/ogc', '/healthz', '/readyz'].map((path) => [
        path,
        process.env.SITMAP_URL ?? 'http://127.0.0.1:8080',
      ]),
    ),
  },
})
