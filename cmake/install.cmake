# What an installation has beside the program and the library: shuxiao.pc, and a manual page for every command in English and Chinese.

string(REGEX REPLACE "[^/]+" ".." SX_PC_UP "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
string(REPLACE ";" " " SX_PC_REQUIRES "${SX_PKGS}")
configure_file(cmake/shuxiao.pc.in shuxiao.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/shuxiao.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The pages come out of the program itself: its commands and their options are said in one place, src/cli.
if(TARGET shuxiao)
  set(man_stamp ${PROJECT_BINARY_DIR}/man/stamp)
  add_custom_command(
    OUTPUT ${man_stamp}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:shuxiao> -DDIR=${PROJECT_BINARY_DIR}/man -P
            ${PROJECT_SOURCE_DIR}/cmake/man.cmake
    COMMAND ${CMAKE_COMMAND} -E touch ${man_stamp}
    DEPENDS shuxiao cmake/man.cmake
    COMMENT "Writing the manual pages")
  add_custom_target(man ALL DEPENDS ${man_stamp})
  install(DIRECTORY ${PROJECT_BINARY_DIR}/man/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
  install(DIRECTORY ${PROJECT_BINARY_DIR}/man/zh_CN DESTINATION ${CMAKE_INSTALL_MANDIR})
endif()
