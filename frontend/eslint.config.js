import tseslint from 'typescript-eslint'
import vue from 'eslint-plugin-vue'

// The rooms of src/ and who may open which door:
//   server, words     nobody
//   ui                words
//   state             server, words, ui (colours only)
//   map               state, server, words, ui
//   features/*        state, server, ui, words; never one another; only features/map opens map
// and the libraries that have one door each.
const doors = {
  'maplibre-gl': 'src/map',
  'terra-draw': 'src/map',
  'element-plus': 'src/ui',
  'h3-js': 'src/state',
}

/** Forbids imports by pattern for files of a room. */
function room(files, forbidden, ignores = []) {
  return {
    files, ignores,
    rules: {
      'no-restricted-imports': ['error', { patterns: forbidden.map(([group, message]) => ({ group, message })) }],
    },
  }
}

const libraries = (here) =>
  Object.entries(doors)
    .filter(([, door]) => door !== here)
    .map(([name, door]) => [[name, `${name}/*`, `${name}-*`], `only ${door} imports ${name}`])

const away = (...rooms) => rooms.map((name) => [[`../${name}/*`, `../../${name}/*`], `this room does not import ${name}/`])

export default tseslint.config(
  { ignores: ['dist/', 'src/server/schema.gen.ts'] },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/essential'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: { 'vue/multi-word-component-names': 'off' },
  },
  {
    files: ['**/*.{ts,vue}'],
    rules: {
      'no-console': ['error', { allow: ['error'] }],
      eqeqeq: 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  room(['src/server/**'], [...away('state', 'map', 'features', 'ui', 'words'), ...libraries('')]),
  room(['src/words/**'], [...away('state', 'map', 'features', 'ui', 'server'), ...libraries('')]),
  room(['src/ui/**'], [...away('state', 'map', 'features', 'server'), ...libraries('src/ui')]),
  room(['src/state/**'], [...away('map', 'features'), ...libraries('src/state')]),
  room(['src/map/**'], [...away('features'), ...libraries('src/map')]),
  room(['src/features/map/**'], [[['../*/*', '!../../**'], 'features do not import one another'], ...libraries('')]),
  room(['src/features/**'], [[['../*/*', '!../../**'], 'features do not import one another'], [['../../map/*'], 'only features/map opens map/'], ...libraries('')], ['src/features/map/**']),
  room(['src/*.{ts,vue}'], libraries('').filter(([group]) => !group.includes('element-plus'))),
)
