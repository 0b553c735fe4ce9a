//go:build unix && !linux

package main

func faultyDisk(string) {}
