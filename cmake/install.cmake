# make install: the program, the page that it serves, and an example of a unit for systemd. The page is built by npm, not by
# CMake; where it was not built, the server is installed without one.
include(GNUInstallDirs)
install(TARGETS rookery RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY web/dist/ DESTINATION ${CMAKE_INSTALL_DATADIR}/rookery/web OPTIONAL)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
# The unit names the program by its place, which `cmake --install --prefix` may still change.
install(CODE "
  set(CMAKE_INSTALL_FULL_BINDIR \${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR})
  configure_file(${CMAKE_SOURCE_DIR}/scripts/rookery.service ${CMAKE_BINARY_DIR}/rookery.service @ONLY)")
install(FILES ${CMAKE_BINARY_DIR}/rookery.service DESTINATION lib/systemd/system)
