// Package frontend is the web application: the files that `npm run build`
// leaves in dist, carried inside the program.
package frontend

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files is the built application: index.html, and under assets/ the scripts,
// styles, fonts and the map's worker, each named by its content so that it may
// be cached for ever. index.html may not.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path
	}
	return files
}

//go:embed src/ui/palette.json
var palette []byte

// Palette is the paints of one theme, by what they paint: tones of code lists
// (good, critical, k1 …) and parts of the map (land, water, boundary …), each
// as #RRGGBB. The web application draws with the same table.
type Palette map[string]string

// Palettes are the palettes of all themes, by the theme's name.
func Palettes() (map[string]Palette, error) {
	var themes map[string]Palette
	if err := json.Unmarshal(palette, &themes); err != nil {
		return nil, fmt.Errorf("palette.json: %w", err)
	}
	return themes, nil
}
