; filament_density: 1.24,1.27
; filament_diameter: 1.75,1.75
; nozzle_volume = 24.05
; total layer number: 7
; filament used [g] = 1.5, 2
T99999999999999999999
G1 X1 E1e309
G1 X E
M73 L-3 P999
