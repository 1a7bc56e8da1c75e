# The program and what `cmake --install` lays down.
include(GNUInstallDirs)

if(EXISTS ${CMAKE_SOURCE_DIR}/service/main.c)
  add_executable(filamentd service/main.c)
  target_link_libraries(filamentd PRIVATE filamentd_flags filamentd_service)
  install(TARGETS filamentd RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
