package intake

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sitmap/layers"
	"sitmap/layers/access"
)

// chooseCity finds the city an import is for: the one that is named, else the
// only one. The area layer brings its city along and needs none.
func chooseCity(ctx context.Context, store Store, layer layers.Layer, named string) (layers.CityInfo, error) {
	if layer.Storage == layers.InArea {
		if named != "" {
			return layers.CityInfo{}, fmt.Errorf("layer %s brings its own city, leave the city out: %w", layer.ID, layers.ErrInvalid)
		}
		return layers.CityInfo{Zone: time.UTC}, nil
	}
	if named != "" {
		city, err := store.City(ctx, named)
		if !errors.Is(err, layers.ErrNotFound) {
			return city, err
		}
	}
	cities, err := store.Cities(ctx, access.System)
	if err != nil {
		return layers.CityInfo{}, fmt.Errorf("list the cities: %w", err)
	}
	names := make([]string, len(cities))
	for i, c := range cities {
		names[i] = strings.TrimSpace(c.Code + " " + c.Name)
	}
	switch list := strings.Join(names, ", "); {
	case len(cities) == 0:
		return layers.CityInfo{}, fmt.Errorf("there is no city yet; import its area tree first (layer area): %w", layers.ErrNotFound)
	case named != "":
		return layers.CityInfo{}, fmt.Errorf("city %q is not one of %s: %w", named, list, layers.ErrNotFound)
	case len(cities) > 1:
		return layers.CityInfo{}, fmt.Errorf("name the city the file is for, one of %s: %w", list, layers.ErrInvalid)
	}
	return store.City(ctx, cities[0].Code)
}

func cityName(city layers.CityInfo) string {
	if city.Area.NameEn != "" && city.Area.NameEn != city.Area.Name {
		return city.Area.Name + " " + city.Area.NameEn
	}
	return city.Area.Name
}
