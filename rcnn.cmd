@echo off
rem Starts the pipeline on Windows; builds it first if it is not built or sources are newer.
rem   RCNN_JAVA_OPTS   options for the JVM, such as -Xmx8g
rem   RCNN_CACHE       folder of the published weights; otherwise rcnn in the user's cache folder
rem   RCNN_PROFILES    Maven profiles to build and start with: cuda for network.device=gpu,
rem                    onnx for features.execution=onnx
rem Benchmarks beside peers (bench) are started on Linux and macOS.
setlocal enableextensions disabledelayedexpansion
set "root=%~dp0"
set "app=%root%pipeline\cli\target\app"
set "profiles="
if "%RCNN_PROFILES%"=="" goto findJava
set "app=%app%-%RCNN_PROFILES:,=-%"
set "profiles=-P%RCNN_PROFILES%"

:findJava
set "java=java"
if exist "%JAVA_HOME%\bin\java.exe" set "java=%JAVA_HOME%\bin\java.exe"
"%java%" -version >nul 2>nul
if errorlevel 1 goto noJava

if not exist "%app%\built" goto build
rem Without PowerShell, what is built is started as it is.
set "newer=$built = (Get-Item $env:app\built).LastWriteTimeUtc; $modules = 'pom.xml', 'pipeline\pom.xml', 'data', 'region-proposals', 'cnn-finetune', 'svm-stage', 'eval', 'pipeline\core', 'pipeline\cli'; $changed = $modules | ForEach-Object { Get-ChildItem (Join-Path $env:root $_) -Recurse -File } | Where-Object { $_.LastWriteTimeUtc -gt $built -and $_.FullName -notmatch '\\(target|docs|src\\test)\\' }; if ($changed) { exit 9 }"
powershell -NoProfile -Command "%newer%" >nul 2>nul
if errorlevel 10 goto start
if errorlevel 9 goto build
goto start

:build
rem A Java says its own version and folder, whatever JAVA_HOME is.
for /f "tokens=2 delims== " %%V in ('call "%java%" -XshowSettings:properties -version 2^>^&1 ^| findstr /c:"java.specification.version"') do set "version=%%V"
for /f "tokens=1* delims==" %%G in ('call "%java%" -XshowSettings:properties -version 2^>^&1 ^| findstr /c:"java.home ="') do set "jdk=%%H"
set "jdk=%jdk:~1%"
if "%version:~0,2%"=="1." goto oldJava
if %version% lss 17 goto oldJava
if not exist "%jdk%\bin\javac.exe" goto noCompiler
where mvn >nul 2>nul
if errorlevel 1 goto noMaven
if not exist "%root%pipeline\cli\target" mkdir "%root%pipeline\cli\target" 2>nul
type nul >"%root%pipeline\cli\target\stamp" 2>nul
if not exist "%root%pipeline\cli\target\stamp" goto noPermission
echo Building (the first time Maven fetches some 230 MB of libraries) ... 1>&2
if exist "%app%" rmdir /s /q "%app%"
pushd "%root%."
call mvn -B -q %profiles% "-Dapp.folder=%app%" -DskipTests -Dspotless.check.skip=true -pl pipeline/cli -am package 1>&2
if errorlevel 1 goto failed
popd
move /y "%root%pipeline\cli\target\stamp" "%app%\built" >nul

:start
rem The same settings as those of java -jar.
for /f "usebackq eol=# tokens=1,2 delims==" %%A in ("%root%pipeline\cli\src\main\resources\org\rcnn\cli\launch\launch.env") do set "%%A=%%B"
set /a "beyond=NUMBER_OF_PROCESSORS-HEAP_CORES"
if %beyond% lss 0 set "beyond=0"
set /a "heap=HEAP_GIB+beyond/HEAP_CORES_PER_GIB"
"%java%" -Xmx%heap%g %RCNN_JAVA_OPTS% -Drcnn.launched=true -jar "%app%\rcnn.jar" %*
exit /b %errorlevel%

:noJava
echo There is no java on the PATH: install a JDK 17 or newer, or set JAVA_HOME to one. 1>&2
exit /b 1

:oldJava
echo R-CNN needs Java 17 or newer, and this is Java %version% in %jdk%. Install a newer one, and set JAVA_HOME to it. 1>&2
exit /b 1

:noCompiler
echo R-CNN must be built first, and %jdk% is a runtime without a compiler: install a JDK 17 or newer, and set JAVA_HOME to it. 1>&2
exit /b 1

:noMaven
echo R-CNN must be built first, and there is no mvn on the PATH: install Maven 3.8 or newer, or copy pipeline\cli\target\app from a machine that has built it and start java -jar app\rcnn.jar. 1>&2
exit /b 1

:noPermission
echo R-CNN must be built first, and %USERNAME% may not write to %root%pipeline\cli: let the folder's owner run rcnn --version once, or copy the project to a folder of your own. 1>&2
exit /b 1

:failed
popd
echo The build failed; the lines above say why. 1>&2
exit /b 1
