import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { texts } from './scripts/texts.js'

export default defineConfig({
  plugins: [texts(), svelte()],
  base: './',
  build: {
    target: 'es2022',
    emptyOutDir: true,
    manifest: true, // for scripts/size.js
    assetsInlineLimit: 0, // data: addresses would need a wider content security policy
    modulePreload: { polyfill: false },
  },
  server: { fs: { allow: ['.', '../../internal/messages'] }, proxy: { '/api': { target: 'http://127.0.0.1:8481', ws: true } } },
})
