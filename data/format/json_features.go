package format

import (
	"context"
	"fmt"
	"io"

	"sitmap/layers"
)

// features gives the features of a GeoJSON file as raw text, one after the
// other: the elements of the one collection, or the values that follow each
// other in the file (one feature, one geometry, or one of them in each line).
type features struct {
	*scanner
	collection bool
	row        int // of the feature last read
	inside     bool
	over       bool
	members    map[string]string // type and crs of the collection, as JSON text
}

// openFeatures reads up to the first feature. A file whose first value is an
// object with a list called features is a collection, every other a sequence.
func openFeatures(ctx context.Context, f *File, collection bool) (*features, error) {
	plain, err := utf8Text(f.Reader(ctx))
	if err != nil {
		return nil, err
	}
	fs := &features{scanner: newScanner(plain), collection: collection, members: map[string]string{}}
	first, err := fs.peek()
	switch {
	case err == io.EOF:
		return nil, fmt.Errorf("the file is empty: %w", layers.ErrInvalid)
	case err != nil:
		return nil, err
	case first != '{':
		return nil, fmt.Errorf("the file begins with %q; GeoJSON begins with a brace: %w", first, layers.ErrInvalid)
	}
	return fs, nil
}

// next reads the next feature into value; io.EOF after the last. The fault is
// as in scanner.read.
func (fs *features) next() (fault string, err error) {
	if fs.collection {
		return fs.nextElement()
	}
	if _, err := fs.peek(); err != nil {
		return "", err // io.EOF too
	}
	fs.row++
	if fault, err = fs.read(maxFeatureBytes); err != nil {
		return "", fmt.Errorf("row %d: %w", fs.row, err)
	}
	return fault, nil
}

func (fs *features) nextElement() (fault string, err error) {
	if fs.over {
		return "", io.EOF
	}
	if !fs.inside {
		found, err := fs.findList()
		if err != nil {
			return "", err
		}
		if !found {
			return "", io.EOF
		}
		if c, err := fs.peek(); err == nil && c == ']' {
			return fs.endList()
		}
	} else {
		c, err := fs.take(",]")
		if err != nil {
			return "", fmt.Errorf("after row %d: %w", fs.row, err)
		}
		if c == ']' {
			return fs.finish()
		}
	}
	fs.row++
	if fault, err = fs.read(maxFeatureBytes); err != nil {
		return "", fmt.Errorf("row %d: %w", fs.row, err)
	}
	return fault, nil
}

// findList reads the collection's members up to the list of features, or to
// the end of the object when there is none.
func (fs *features) findList() (found bool, err error) {
	if _, err := fs.take("{"); err != nil {
		return false, err
	}
	if c, err := fs.peek(); err == nil && c == '}' {
		fs.take("}")
		fs.over = true
		return false, nil
	}
	return fs.readMembers()
}

// readMembers reads members of the collection; the scanner stands before a
// name. It stops inside the list of features or behind the object.
func (fs *features) readMembers() (found bool, err error) {
	for {
		if _, err := fs.read(maxMemberBytes); err != nil {
			return false, fmt.Errorf("a name of the outermost object: %w", err)
		}
		name, ok := jsonString(fs.value)
		if !ok {
			return false, fmt.Errorf("the outermost object has a name that is no text: %w", layers.ErrInvalid)
		}
		if _, err := fs.take(":"); err != nil {
			return false, fmt.Errorf("after %q: %w", name, err)
		}
		if name == "features" {
			if fs.inside {
				return false, fmt.Errorf("the file has two lists of features: %w", layers.ErrInvalid)
			}
			if _, err := fs.take("["); err != nil {
				return false, fmt.Errorf("features is not a list: %w", err)
			}
			fs.inside = true
			return true, nil
		}
		fault, err := fs.read(maxMemberBytes)
		if err != nil {
			return false, fmt.Errorf("%q of the outermost object: %w", columnName(name), err)
		}
		if name == "type" || name == "crs" {
			if fault != "" {
				return false, fmt.Errorf("%q of the outermost object %s: %w", name, fault, layers.ErrInvalid)
			}
			fs.members[name] = string(fs.value)
		}
		c, err := fs.take(",}")
		if err != nil {
			return false, fmt.Errorf("after %q of the outermost object: %w", columnName(name), err)
		}
		if c == '}' {
			fs.over = true
			return false, nil
		}
	}
}

func (fs *features) endList() (string, error) {
	fs.take("]") // cannot fail: the bracket was just peeked at
	return fs.finish()
}

// finish reads what stands behind the list of features, to the end of the file.
func (fs *features) finish() (string, error) {
	c, err := fs.take(",}")
	if err != nil {
		return "", fmt.Errorf("after the list of features: %w", err)
	}
	if c == ',' {
		if _, err := fs.readMembers(); err != nil {
			return "", err
		}
	}
	fs.over = true
	if c, err := fs.peek(); err != io.EOF {
		if err != nil {
			return "", err
		}
		return "", fmt.Errorf("%q stands behind the end of the collection: %w", c, layers.ErrInvalid)
	}
	return "", io.EOF
}
