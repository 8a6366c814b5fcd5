package main

var hostileWorkbooks []hostile
