package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeStream writes a file that is whole or not there: temporary, sync, close, rename, sync the folder. Nobody else may
// read it.
func writeStream(path string, fill func(io.Writer) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // after the rename it is gone
	w := bufio.NewWriterSize(f, 1<<16)
	err = fill(w)
	err = errors.Join(err, w.Flush(), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return syncFolder(dir)
}

// writeFile writes b as writeStream does.
func writeFile(path string, b []byte) error {
	return writeStream(path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// removeUnfinished removes what a power cut left of a file that was being written.
func removeUnfinished(path string) error {
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"-*"))
	if err != nil {
		return fmt.Errorf("sweeping %s: %w", filepath.Dir(path), err)
	}
	for _, name := range left {
		if err := os.Remove(name); err != nil {
			return fmt.Errorf("sweeping %s: %w", filepath.Dir(path), err)
		}
	}
	return nil
}

// syncFolder makes a rename in a folder last through a power cut. Windows has no such call and needs none.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("syncing %s: %w", dir, err)
	}
	defer d.Close()
	d.Sync() //nolint:errcheck // not every file system can
	return nil
}
