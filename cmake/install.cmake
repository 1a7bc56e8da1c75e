# The program and what `cmake --install` lays down.
include(GNUInstallDirs)

if(EXISTS ${CMAKE_SOURCE_DIR}/service/main.c)
  add_executable(filamentd service/main.c)
  target_link_libraries(filamentd PRIVATE filamentd_flags filamentd_service)
  install(TARGETS filamentd RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# The unit in the source names /usr/bin; the installed one names where the program went.
foreach(name filamentd filamentd-mdns)
  set(source ${CMAKE_SOURCE_DIR}/systemd/${name}.service)
  file(READ ${source} unit)
  string(REPLACE "ExecStart=/usr/bin/" "ExecStart=${CMAKE_INSTALL_FULL_BINDIR}/" unit "${unit}")
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/systemd/${name}.service CONTENT "${unit}" @ONLY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  install(FILES ${CMAKE_BINARY_DIR}/systemd/${name}.service DESTINATION lib/systemd/system)
endforeach()

install(PROGRAMS certs/take-from-slicer certs/make-server DESTINATION ${CMAKE_INSTALL_DATADIR}/filamentd)
install(FILES README.md CHANGELOG.md CONTRIBUTING.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES certs/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/certs)
