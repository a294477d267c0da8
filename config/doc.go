// Package config reads charterwatch's one YAML file: decode, validate, build, discard.
//
// [Load] collects everything that is wrong, each with file, line, column, the field's path
// and what would be right; it never stops at the first mistake. [File.Build] turns a valid
// file into what the engine runs. Nothing at run time reads the file's types again: a reload
// loads and builds a new file, and only then swaps.
//
// Secrets stand in the file by reference only, ${env:NAME} or ${file:PATH}, and are
// never printed.
package config
