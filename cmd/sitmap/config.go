package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/pelletier/go-toml/v2"
)

// fromFile reads settings from the TOML file that --config or SITMAP_CONFIG
// names, else sitmap.toml. Each key is the name of a flag: listen = "…". A
// flag and an environment variable win over it. A file that was named must
// exist; the default one need not.
func fromFile(args []string) kong.Resolver {
	name, named := configName(args)
	values, err := readConfig(name)
	if errors.Is(err, fs.ErrNotExist) && !named {
		values, err = nil, nil
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if err != nil {
			return nil, err
		}
		v, ok := values[flag.Name]
		if !ok {
			v, ok = values[strings.ReplaceAll(flag.Name, "-", "_")]
		}
		if !ok {
			return nil, nil
		}
		return v, nil
	})
}

func configName(args []string) (name string, named bool) {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--config="); ok {
			return v, true
		}
		if a == "--config" && i+1 < len(args) {
			return args[i+1], true
		}
	}
	if v := os.Getenv("SITMAP_CONFIG"); v != "" {
		return v, true
	}
	return "sitmap.toml", false
}

func readConfig(name string) (map[string]any, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var values map[string]any
	if err := toml.Unmarshal(text, &values); err != nil {
		return nil, fmt.Errorf("settings file %s: %w", name, err)
	}
	return values, nil
}
