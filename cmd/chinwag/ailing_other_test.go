//go:build unix && !linux

package main

func ailingDisk(string) {}
