package main

var hostileDatabases []hostile
